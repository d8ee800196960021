
use builtin;
use str;

set edit:completion:arg-completer[instantly-oauth] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'instantly-oauth'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'instantly-oauth'= {
            cand --color 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]'
            cand --profile 'A workspace from the config file [env: INSTANTLY_PROFILE]'
            cand --api-key-file 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]'
            cand --base-url 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]'
            cand --ca-cert 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]'
            cand --request-timeout 'The limit for one request'
            cand --state-dir 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]'
            cand --json 'Write events to stdout, one JSON object a line; the last is the result'
            cand -q 'No progress on stderr; the URL to open and the final error are always shown'
            cand --quiet 'No progress on stderr; the URL to open and the final error are always shown'
            cand -v 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand --verbose 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand connect 'Connect one mailbox in the browser'
            cand status 'What became of a session'
            cand batch 'Connect every mailbox listed in a CSV file'
            cand sessions 'The sessions recorded on this machine'
            cand doctor 'Check key, network, limits, clock, storage, browser and terminal'
            cand sandbox 'Run a local stand-in for the API'
            cand completions 'Print a completion script'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'instantly-oauth;connect'= {
            cand --browser 'The program to open the URL with; %s stands for the URL, else it comes last [env: BROWSER]'
            cand --timeout 'Give up waiting earlier than the session expires'
            cand --interval 'Between two polls; at least 1s [default: 5s]'
            cand --max-wait 'The longest wait for a rate limit, for a turn under one, or for an outage before the session can start'
            cand --expect 'The mailbox that must come back'
            cand --sandbox 'No key, no network: the API is simulated inside this process'
            cand --color 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]'
            cand --profile 'A workspace from the config file [env: INSTANTLY_PROFILE]'
            cand --api-key-file 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]'
            cand --base-url 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]'
            cand --ca-cert 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]'
            cand --request-timeout 'The limit for one request'
            cand --state-dir 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]'
            cand --no-browser 'Do not open anything; the URL is printed all the same'
            cand --no-wait 'Print the session and its URL and exit; status ID --wait goes on from there'
            cand --json 'Write events to stdout, one JSON object a line; the last is the result'
            cand -q 'No progress on stderr; the URL to open and the final error are always shown'
            cand --quiet 'No progress on stderr; the URL to open and the final error are always shown'
            cand -v 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand --verbose 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'instantly-oauth;status'= {
            cand --timeout 'Give up waiting earlier than the session expires'
            cand --interval 'Between two polls; at least 1s [default: 5s]'
            cand --expect 'The mailbox that must come back [default: the one that connect was told]'
            cand --color 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]'
            cand --profile 'A workspace from the config file [env: INSTANTLY_PROFILE]'
            cand --api-key-file 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]'
            cand --base-url 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]'
            cand --ca-cert 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]'
            cand --request-timeout 'The limit for one request'
            cand --state-dir 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]'
            cand --wait 'Poll until it is over'
            cand --force 'Ask even while another process here is waiting for the session, which may then miss its result'
            cand --json 'Write events to stdout, one JSON object a line; the last is the result'
            cand -q 'No progress on stderr; the URL to open and the final error are always shown'
            cand --quiet 'No progress on stderr; the URL to open and the final error are always shown'
            cand -v 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand --verbose 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'instantly-oauth;batch'= {
            cand --provider 'With whom the mailboxes sign in for which the list does not say'
            cand --parallel 'How many sessions may wait for somebody at once: browser tabs, or what a driver works on'
            cand --results 'Where the results go, a row a mailbox as it is finished; what is in it is not done again [default: FILE.results.csv]'
            cand --retries 'How often a mailbox is tried again, at the end, that expired, failed with server_error or got a wrong one'
            cand --browser 'The program to open URLs with; %s stands for the URL, else it comes last [env: BROWSER]'
            cand --interval 'Between two polls of a session; at least 1s [default: 5s]'
            cand --max-wait 'The longest wait for a block, a rate limit that the service names, or an outage; the line of session starts is waited for however long it is'
            cand --sandbox 'No key, no network: the API is simulated inside this process'
            cand --seed 'Which outcomes the sandbox''s scenario mixed has'
            cand --color 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]'
            cand --profile 'A workspace from the config file [env: INSTANTLY_PROFILE]'
            cand --api-key-file 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]'
            cand --base-url 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]'
            cand --ca-cert 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]'
            cand --request-timeout 'The limit for one request'
            cand --state-dir 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]'
            cand --retry-failed 'Take mailboxes again that the results file says have failed'
            cand --skip-connected 'Skip mailboxes that the workspace has and that are healthy: the default'
            cand --no-skip-connected 'Connect mailboxes as well that the workspace has'
            cand --dry-run 'Check the list and say what would be done; start nothing'
            cand --no-browser 'Do not open anything; the URLs are printed all the same'
            cand --json 'Write events to stdout, one JSON object a line; the last is the result'
            cand -q 'No progress on stderr; the URL to open and the final error are always shown'
            cand --quiet 'No progress on stderr; the URL to open and the final error are always shown'
            cand -v 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand --verbose 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'instantly-oauth;sessions'= {
            cand --outcome 'Only sessions with this outcome; pending has those that are being waited for'
            cand --provider 'Only sessions with this provider'
            cand --limit 'Only the newest of these, this many'
            cand --color 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]'
            cand --profile 'A workspace from the config file [env: INSTANTLY_PROFILE]'
            cand --api-key-file 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]'
            cand --base-url 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]'
            cand --ca-cert 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]'
            cand --request-timeout 'The limit for one request'
            cand --state-dir 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]'
            cand --sandbox 'The sandbox''s sessions, which are kept apart from real ones'
            cand --json 'Write events to stdout, one JSON object a line; the last is the result'
            cand -q 'No progress on stderr; the URL to open and the final error are always shown'
            cand --quiet 'No progress on stderr; the URL to open and the final error are always shown'
            cand -v 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand --verbose 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand forget 'Erase sessions from the journal; those that a process is waiting for are kept'
        }
        &'instantly-oauth;sessions;forget'= {
            cand --color 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]'
            cand --profile 'A workspace from the config file [env: INSTANTLY_PROFILE]'
            cand --api-key-file 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]'
            cand --base-url 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]'
            cand --ca-cert 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]'
            cand --request-timeout 'The limit for one request'
            cand --state-dir 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]'
            cand --all 'Erase all of them'
            cand --sandbox 'The sandbox''s sessions, which are kept apart from real ones'
            cand --json 'Write events to stdout, one JSON object a line; the last is the result'
            cand -q 'No progress on stderr; the URL to open and the final error are always shown'
            cand --quiet 'No progress on stderr; the URL to open and the final error are always shown'
            cand -v 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand --verbose 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'instantly-oauth;doctor'= {
            cand --color 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]'
            cand --profile 'A workspace from the config file [env: INSTANTLY_PROFILE]'
            cand --api-key-file 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]'
            cand --base-url 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]'
            cand --ca-cert 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]'
            cand --request-timeout 'The limit for one request'
            cand --state-dir 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]'
            cand --json 'Write events to stdout, one JSON object a line; the last is the result'
            cand -q 'No progress on stderr; the URL to open and the final error are always shown'
            cand --quiet 'No progress on stderr; the URL to open and the final error are always shown'
            cand -v 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand --verbose 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'instantly-oauth;sandbox'= {
            cand --port 'The port on 127.0.0.1 [default: any free one]'
            cand --scenario 'What happens to each session'
            cand --seed 'What the outcomes of --scenario mixed are drawn from: the same seed, the same outcomes. No other scenario uses it'
            cand --delay 'Until the simulated person acts, in the service''s time'
            cand --ttl 'How long a session lives, in the service''s time'
            cand --init-limit 'Session starts a minute for a workspace and a provider; twice as many for an address and a provider'
            cand --call-limit 'Calls of any kind a second for a workspace; 60 times as many a minute'
            cand --speed 'How many times faster the service''s time passes: limits, blocks, --ttl and --delay; all that it tells is real time'
            cand --color 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]'
            cand --profile 'A workspace from the config file [env: INSTANTLY_PROFILE]'
            cand --api-key-file 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]'
            cand --base-url 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]'
            cand --ca-cert 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]'
            cand --request-timeout 'The limit for one request'
            cand --state-dir 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]'
            cand --unauthorized 'Every call answers 401: the key was revoked'
            cand --no-plan 'Every call answers 402: no active paid plan'
            cand --no-create-scope 'A session''s start answers 403: the key lacks accounts:create'
            cand --no-read-scope 'A session''s state answers 403: the key lacks accounts:read'
            cand --throttled 'Every call but a session''s start answers 429'
            cand --html-errors 'Every call answers 502 with an HTML page'
            cand --bare-replies 'Replies leave out every field that the API does not promise'
            cand --admin-blocked 'Whoever allows access is told that an administrator blocks it'
            cand --prohibited-content 'Whoever allows access is told that the account has prohibited content'
            cand --json 'Write events to stdout, one JSON object a line; the last is the result'
            cand -q 'No progress on stderr; the URL to open and the final error are always shown'
            cand --quiet 'No progress on stderr; the URL to open and the final error are always shown'
            cand -v 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand --verbose 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'instantly-oauth;completions'= {
            cand --color 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]'
            cand --profile 'A workspace from the config file [env: INSTANTLY_PROFILE]'
            cand --api-key-file 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]'
            cand --base-url 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]'
            cand --ca-cert 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]'
            cand --request-timeout 'The limit for one request'
            cand --state-dir 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]'
            cand --json 'Write events to stdout, one JSON object a line; the last is the result'
            cand -q 'No progress on stderr; the URL to open and the final error are always shown'
            cand --quiet 'No progress on stderr; the URL to open and the final error are always shown'
            cand -v 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand --verbose 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'instantly-oauth;help'= {
            cand connect 'Connect one mailbox in the browser'
            cand status 'What became of a session'
            cand batch 'Connect every mailbox listed in a CSV file'
            cand sessions 'The sessions recorded on this machine'
            cand doctor 'Check key, network, limits, clock, storage, browser and terminal'
            cand sandbox 'Run a local stand-in for the API'
            cand completions 'Print a completion script'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'instantly-oauth;help;connect'= {
        }
        &'instantly-oauth;help;status'= {
        }
        &'instantly-oauth;help;batch'= {
        }
        &'instantly-oauth;help;sessions'= {
            cand forget 'Erase sessions from the journal; those that a process is waiting for are kept'
        }
        &'instantly-oauth;help;sessions;forget'= {
        }
        &'instantly-oauth;help;doctor'= {
        }
        &'instantly-oauth;help;sandbox'= {
        }
        &'instantly-oauth;help;completions'= {
        }
        &'instantly-oauth;help;help'= {
        }
    ]
    $completions[$command]
}
