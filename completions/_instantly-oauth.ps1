
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'instantly-oauth' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'instantly-oauth'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'instantly-oauth' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A workspace from the config file [env: INSTANTLY_PROFILE]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'The limit for one request')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write events to stdout, one JSON object a line; the last is the result')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Connect one mailbox in the browser')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'What became of a session')
            [CompletionResult]::new('batch', 'batch', [CompletionResultType]::ParameterValue, 'Connect every mailbox listed in a CSV file')
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'The sessions recorded on this machine')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check key, network, limits, clock, storage, browser and terminal')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Run a local stand-in for the API')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'instantly-oauth;connect' {
            [CompletionResult]::new('--browser', '--browser', [CompletionResultType]::ParameterName, 'The program to open the URL with; %s stands for the URL, else it comes last [env: BROWSER]')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting earlier than the session expires')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Between two polls; at least 1s [default: 5s]')
            [CompletionResult]::new('--max-wait', '--max-wait', [CompletionResultType]::ParameterName, 'The longest wait for a rate limit, for a turn under one, or for an outage before the session can start')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'The mailbox that must come back')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'No key, no network: the API is simulated inside this process')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A workspace from the config file [env: INSTANTLY_PROFILE]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'The limit for one request')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]')
            [CompletionResult]::new('--no-browser', '--no-browser', [CompletionResultType]::ParameterName, 'Do not open anything; the URL is printed all the same')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Print the session and its URL and exit; status ID --wait goes on from there')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write events to stdout, one JSON object a line; the last is the result')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'instantly-oauth;status' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting earlier than the session expires')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Between two polls; at least 1s [default: 5s]')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'The mailbox that must come back [default: the one that connect was told]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A workspace from the config file [env: INSTANTLY_PROFILE]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'The limit for one request')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Poll until it is over')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Ask even while another process here is waiting for the session, which may then miss its result')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write events to stdout, one JSON object a line; the last is the result')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'instantly-oauth;batch' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'With whom the mailboxes sign in for which the list does not say')
            [CompletionResult]::new('--parallel', '--parallel', [CompletionResultType]::ParameterName, 'How many sessions may wait for somebody at once: browser tabs, or what a driver works on')
            [CompletionResult]::new('--results', '--results', [CompletionResultType]::ParameterName, 'Where the results go, a row a mailbox as it is finished; what is in it is not done again [default: FILE.results.csv]')
            [CompletionResult]::new('--retries', '--retries', [CompletionResultType]::ParameterName, 'How often a mailbox is tried again, at the end, that expired, failed with server_error or got a wrong one')
            [CompletionResult]::new('--browser', '--browser', [CompletionResultType]::ParameterName, 'The program to open URLs with; %s stands for the URL, else it comes last [env: BROWSER]')
            [CompletionResult]::new('--interval', '--interval', [CompletionResultType]::ParameterName, 'Between two polls of a session; at least 1s [default: 5s]')
            [CompletionResult]::new('--max-wait', '--max-wait', [CompletionResultType]::ParameterName, 'The longest wait for a block, a rate limit that the service names, or an outage; the line of session starts is waited for however long it is')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'No key, no network: the API is simulated inside this process')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Which outcomes the sandbox''s scenario mixed has')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A workspace from the config file [env: INSTANTLY_PROFILE]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'The limit for one request')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]')
            [CompletionResult]::new('--retry-failed', '--retry-failed', [CompletionResultType]::ParameterName, 'Take mailboxes again that the results file says have failed')
            [CompletionResult]::new('--skip-connected', '--skip-connected', [CompletionResultType]::ParameterName, 'Skip mailboxes that the workspace has and that are healthy: the default')
            [CompletionResult]::new('--no-skip-connected', '--no-skip-connected', [CompletionResultType]::ParameterName, 'Connect mailboxes as well that the workspace has')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Check the list and say what would be done; start nothing')
            [CompletionResult]::new('--no-browser', '--no-browser', [CompletionResultType]::ParameterName, 'Do not open anything; the URLs are printed all the same')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write events to stdout, one JSON object a line; the last is the result')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'instantly-oauth;sessions' {
            [CompletionResult]::new('--outcome', '--outcome', [CompletionResultType]::ParameterName, 'Only sessions with this outcome; pending has those that are being waited for')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only sessions with this provider')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Only the newest of these, this many')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A workspace from the config file [env: INSTANTLY_PROFILE]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'The limit for one request')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'The sandbox''s sessions, which are kept apart from real ones')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write events to stdout, one JSON object a line; the last is the result')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Erase sessions from the journal; those that a process is waiting for are kept')
            break
        }
        'instantly-oauth;sessions;forget' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A workspace from the config file [env: INSTANTLY_PROFILE]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'The limit for one request')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Erase all of them')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'The sandbox''s sessions, which are kept apart from real ones')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write events to stdout, one JSON object a line; the last is the result')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'instantly-oauth;doctor' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A workspace from the config file [env: INSTANTLY_PROFILE]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'The limit for one request')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write events to stdout, one JSON object a line; the last is the result')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'instantly-oauth;sandbox' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port on 127.0.0.1 [default: any free one]')
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'What happens to each session')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'What the outcomes of --scenario mixed are drawn from: the same seed, the same outcomes. No other scenario uses it')
            [CompletionResult]::new('--delay', '--delay', [CompletionResultType]::ParameterName, 'Until the simulated person acts, in the service''s time')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'How long a session lives, in the service''s time')
            [CompletionResult]::new('--init-limit', '--init-limit', [CompletionResultType]::ParameterName, 'Session starts a minute for a workspace and a provider; twice as many for an address and a provider')
            [CompletionResult]::new('--call-limit', '--call-limit', [CompletionResultType]::ParameterName, 'Calls of any kind a second for a workspace; 60 times as many a minute')
            [CompletionResult]::new('--speed', '--speed', [CompletionResultType]::ParameterName, 'How many times faster the service''s time passes: limits, blocks, --ttl and --delay; all that it tells is real time')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A workspace from the config file [env: INSTANTLY_PROFILE]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'The limit for one request')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]')
            [CompletionResult]::new('--unauthorized', '--unauthorized', [CompletionResultType]::ParameterName, 'Every call answers 401: the key was revoked')
            [CompletionResult]::new('--no-plan', '--no-plan', [CompletionResultType]::ParameterName, 'Every call answers 402: no active paid plan')
            [CompletionResult]::new('--no-create-scope', '--no-create-scope', [CompletionResultType]::ParameterName, 'A session''s start answers 403: the key lacks accounts:create')
            [CompletionResult]::new('--no-read-scope', '--no-read-scope', [CompletionResultType]::ParameterName, 'A session''s state answers 403: the key lacks accounts:read')
            [CompletionResult]::new('--throttled', '--throttled', [CompletionResultType]::ParameterName, 'Every call but a session''s start answers 429')
            [CompletionResult]::new('--html-errors', '--html-errors', [CompletionResultType]::ParameterName, 'Every call answers 502 with an HTML page')
            [CompletionResult]::new('--bare-replies', '--bare-replies', [CompletionResultType]::ParameterName, 'Replies leave out every field that the API does not promise')
            [CompletionResult]::new('--admin-blocked', '--admin-blocked', [CompletionResultType]::ParameterName, 'Whoever allows access is told that an administrator blocks it')
            [CompletionResult]::new('--prohibited-content', '--prohibited-content', [CompletionResultType]::ParameterName, 'Whoever allows access is told that the account has prohibited content')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write events to stdout, one JSON object a line; the last is the result')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'instantly-oauth;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to colour [env: NO_COLOR, CLICOLOR_FORCE]')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'A workspace from the config file [env: INSTANTLY_PROFILE]')
            [CompletionResult]::new('--api-key-file', '--api-key-file', [CompletionResultType]::ParameterName, 'Read the API key from a file, - for stdin [env: INSTANTLY_API_KEY, INSTANTLY_API_KEY_FILE]')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the API is; https, save on this machine [env: INSTANTLY_BASE_URL] [default: https://api.instantly.ai]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Certificates to trust beside the system''s, in PEM form [env: SSL_CERT_FILE, SSL_CERT_DIR]')
            [CompletionResult]::new('--request-timeout', '--request-timeout', [CompletionResultType]::ParameterName, 'The limit for one request')
            [CompletionResult]::new('--state-dir', '--state-dir', [CompletionResultType]::ParameterName, 'Where the journal of sessions is kept [env: INSTANTLY_OAUTH_STATE_DIR]')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write events to stdout, one JSON object a line; the last is the result')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No progress on stderr; the URL to open and the final error are always shown')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Trace requests, waits and decisions on stderr, secrets redacted; twice for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'instantly-oauth;help' {
            [CompletionResult]::new('connect', 'connect', [CompletionResultType]::ParameterValue, 'Connect one mailbox in the browser')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'What became of a session')
            [CompletionResult]::new('batch', 'batch', [CompletionResultType]::ParameterValue, 'Connect every mailbox listed in a CSV file')
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'The sessions recorded on this machine')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check key, network, limits, clock, storage, browser and terminal')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Run a local stand-in for the API')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'instantly-oauth;help;connect' {
            break
        }
        'instantly-oauth;help;status' {
            break
        }
        'instantly-oauth;help;batch' {
            break
        }
        'instantly-oauth;help;sessions' {
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Erase sessions from the journal; those that a process is waiting for are kept')
            break
        }
        'instantly-oauth;help;sessions;forget' {
            break
        }
        'instantly-oauth;help;doctor' {
            break
        }
        'instantly-oauth;help;sandbox' {
            break
        }
        'instantly-oauth;help;completions' {
            break
        }
        'instantly-oauth;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
