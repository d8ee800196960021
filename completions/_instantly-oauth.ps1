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
            $text = if ($value -match '[\s''$(){};,&|]') { "'" + $value.Replace("'", "''") + "'" } else { $value }
            [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
        }
    } finally {
        $env:INSTANTLY_OAUTH_COMPLETE = $outer
    }
}
