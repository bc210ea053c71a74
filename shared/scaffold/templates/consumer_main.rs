//! The Lambda function `{{name}}`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer({{service}}::{{module}}::function())
}
