# The policy of a service that reads its settings. Makes no resources: attach the output "json" to the role of the service.

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

locals {
  partition = var.partition == null ? data.aws_partition.current.partition : var.partition
  region    = var.region == null ? data.aws_region.current.region : var.region
  account   = var.account == null ? data.aws_caller_identity.current.account_id : var.account

  environ             = "/${var.service}/${var.environment}"
  default_directories = ["/{service}/{environment}", "/{service}/all", "/global/{environment}", "/global/all"]
  directories = distinct([
    for directory in var.directories == null ? local.default_directories : var.directories :
    replace(replace(directory, "{service}", var.service), "{environment}", var.environment)
  ])
  # As ARNs must have them so that "*" and "?" mean themselves.
  paths = [for directory in local.directories : replace(replace(directory, "*", "$${*}"), "?", "$${?}")]

  ssm_arn     = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter"
  secrets_arn = "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:"
  table_arn   = "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table"

  by_name = var.strategy == "names"

  # What is read, from name by name to all names of the directories.
  readings = [for names in [
    { parameters = var.names, secrets = var.names },
    { parameters = null, secrets = var.names },
    { parameters = null, secrets = null },
    ] : {
    parameter_arns = flatten([for escaped in local.paths : [
      for end in names.parameters == null ? ["*"] : names.parameters : "${local.ssm_arn}${escaped}/${end}"
    ]])
    # "??????" matches the suffix of an ARN. Of a secret that does not exist, IAM knows no suffix.
    secret_arns = flatten([for escaped in local.paths : [
      for end in names.secrets == null ? ["*"] : concat(
        [for name in names.secrets : "${name}-??????"],
        local.by_name ? names.secrets : [],
      ) : "${local.secrets_arn}${escaped}/${end}"
    ]])
    # Up to five values are read one by one.
    is_batched = names.secrets == null ? true : length(names.secrets) * length(local.directories) > 5
  }]

  documents = [for reading in local.readings : jsonencode({ Version = "2012-10-17", Statement = concat(
    [for paths in local.by_name ? [] : [local.paths] : {
      Sid       = "ListParameters"
      Effect    = "Allow"
      Action    = ["ssm:GetParametersByPath"]
      Resource  = [for escaped in paths : "${local.ssm_arn}${escaped}"]
      Condition = { StringNotEquals = { "ssm:Recursive" = "true" } }
    }],
    [
      {
        Sid      = "ReadParameters"
        Effect   = "Allow"
        Action   = ["ssm:GetParameters"]
        Resource = reading.parameter_arns
      },
    ],
    [for keys in length(var.source_key_arns) == 0 ? [] : [var.source_key_arns] : {
      Sid      = "DecryptParameters"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = keys
      Condition = {
        StringLike = {
          "kms:ViaService"                      = "ssm.${local.region}.amazonaws.com*"
          "kms:EncryptionContext:PARAMETER_ARN" = local.by_name ? reading.parameter_arns : local.readings[2].parameter_arns
        }
      }
    }],
    [for actions in local.by_name == false || reading.is_batched ? [concat(
      local.by_name ? [] : ["secretsmanager:ListSecrets"],
      reading.is_batched ? ["secretsmanager:BatchGetSecretValue"] : [],
      )] : [] : {
      Sid      = "ListSecrets"
      Effect   = "Allow"
      Action   = actions
      Resource = ["*"]
    }],
    [
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = reading.secret_arns
      },
    ],
    [for keys in length(var.source_key_arns) == 0 ? [] : [var.source_key_arns] : {
      Sid      = "DecryptSecrets"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = keys
      Condition = {
        StringLike = {
          "kms:ViaService"                  = "secretsmanager.${local.region}.amazonaws.com*"
          "kms:EncryptionContext:SecretARN" = reading.secret_arns
        }
      }
    }],
    [for name in var.config_table_name == null ? [] : [var.config_table_name] : {
      Sid      = "ReadConfigTable"
      Effect   = "Allow"
      Action   = ["dynamodb:Query"]
      Resource = ["${local.table_arn}/${name}"]
      Condition = {
        "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = local.directories }
        Null                        = { "dynamodb:LeadingKeys" = "false" }
      }
    }],
    [for name in var.service == "global" ? [] : [var.cache_table_name] : {
      Sid      = "UseCacheTable"
      Effect   = "Allow"
      Action   = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchWriteItem"]
      Resource = ["${local.table_arn}/${name}"]
      Condition = {
        "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = [local.environ] }
        Null                        = { "dynamodb:LeadingKeys" = "false" }
      }
    }],
    [for key in var.sealing_key_arn == null || var.service == "global" ? [] : [var.sealing_key_arn] : {
      Sid       = "SealSecrets"
      Effect    = "Allow"
      Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
      Resource  = [key]
      Condition = { StringEquals = { "kms:EncryptionContext:environ" = local.environ } }
    }],
    [for keys in length(var.table_key_arns) == 0 ? [] : [var.table_key_arns] : {
      Sid       = "UseTableKeys"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:DescribeKey"]
      Resource  = keys
      Condition = { StringLike = { "kms:ViaService" = "dynamodb.${local.region}.amazonaws.com*" } }
    }],
  ) })]

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  most_characters = 6144
  # The first that fits. A listing reads whole directories of parameters in any case; by name, none is listed.
  fits = [for document in local.documents : length(document) <= local.most_characters]
  json = local.fits[0] ? local.documents[0] : local.by_name == false && local.fits[1] ? local.documents[1] : local.documents[2]
}

check "names" {
  assert {
    condition     = var.names == null || local.fits[0]
    error_message = "A policy does not hold all names: it allows any name in the directories. Give fewer names or directories."
  }
}
