/** What `xcon-local --help` prints. */
export const help = `xcon-local: AWS on this machine, for tests and development

It answers for SSM Parameter Store, Secrets Manager, DynamoDB, STS, AppConfigData and
the part of KMS that wraps keys, on one loopback port and from memory. It checks no
signatures.

Usage: xcon-local [options]

  --seed <file>     what it holds: a .yaml, .yml or .json file, read again when it changes
  --port <number>   port to listen on; any free one when absent or 0
  --host <address>  127.0.0.1 (when absent), ::1 or localhost
  --format <form>   how the variables are printed: env (when absent) or json
  --print-env       print the variables for --host and --port, and start nothing
  --latency <ms>    how long each request waits before it is answered
  --log             print a line for each request: service, operation, status, time
  --quiet           print errors and the variables, nothing else
  -h, --help        print this
  -v, --version     print the version

It prints the variables that point an AWS SDK here, and runs until Ctrl-C or SIGTERM.
In one terminal, then in another, in a project that has the package installed:

  npx --no-install xcon-local --seed seed.yaml --port 4567
  eval "$(npx --no-install xcon-local --port 4567 --print-env)"

The AWS CLI reads AWS_ENDPOINT_URL from version 2.13 on (of 1: from 1.29). Give an older
one --endpoint-url, or it asks real AWS.

Exit codes: 0 stopped, or printed what was asked for; 1 failed, such as on a port that
is in use or a seed that cannot be read; 2 wrong usage.
`;
