# Puts the enrolment onto a machine that does not take it from the registry: run as SYSTEM by Intune, with
# enrolment.json beside this script. Only administrators may write it afterwards.
$ErrorActionPreference = 'Stop'
$folder = Join-Path ([Environment]::GetFolderPath('CommonApplicationData')) 'Airlock'
if (Test-Path -LiteralPath $folder) {
  if ((Get-Item -LiteralPath $folder -Force).Attributes -band [IO.FileAttributes]::ReparsePoint) {
    throw "$folder is a link. Remove it first."
  }
}
New-Item -ItemType Directory -Force -Path $folder | Out-Null
$file = Join-Path $folder 'enrolment.json'
Copy-Item -Force -LiteralPath (Join-Path $PSScriptRoot 'enrolment.json') -Destination $file
# By SID, as the names are translated: system, administrators, users.
icacls $folder /setowner '*S-1-5-32-544' /T /C | Out-Null
icacls $folder /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-32-545:(OI)(CI)RX' | Out-Null
icacls $file /reset | Out-Null
