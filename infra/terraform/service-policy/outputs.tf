output "json" {
  value       = local.json
  description = "The policy, as a document."

  precondition {
    condition     = length(local.json) <= local.most_characters
    error_message = "The policy has more than the 6,144 characters that IAM takes: name fewer directories or keys."
  }
}
