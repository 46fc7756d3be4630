output "json" {
  value       = local.json
  description = "The policy, as a document."

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  precondition {
    condition     = length(local.json) <= 6144
    error_message = "The policy has more than the 6,144 characters that IAM takes: name fewer directories or keys."
  }
}
