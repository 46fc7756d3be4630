terraform {
  required_version = ">= 1.5"

  required_providers {
    # 6.0 knows the attribute "region" of the data source aws_region.
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}
