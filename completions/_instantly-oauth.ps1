# Completions of instantly-oauth for PowerShell, as `instantly-oauth completions powershell` prints them. In $PROFILE:
#   instantly-oauth completions powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'instantly-oauth' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Only read, never evaluated: what is being typed may be a command.
    $before = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
        })
    $outer = $env:INSTANTLY_OAUTH_COMPLETE
    $env:INSTANTLY_OAUTH_COMPLETE = 'powershell'
    try {
        & instantly-oauth -- @before ":$wordToComplete" 2>$null | ForEach-Object {
            $value, $about = $_ -split "`t", 2
            if (-not $about) { $about = $value }
            # Quotes are more than one sign here: typographic ones close a text as well.
            $text = if ($value -match '^[A-Za-z0-9_./:=+\\-][A-Za-z0-9_@./:=+\\-]*$') { $value } else {
                "'" + ($value -replace '[\u0027\u2018-\u201b]', '$0$0') + "'"
            }
            [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
        }
    } finally {
        $env:INSTANTLY_OAUTH_COMPLETE = $outer
    }
}
