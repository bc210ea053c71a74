//! The Lambda function `{{name}}`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::{{runs}}({{service}}::{{module}}::function())
}
