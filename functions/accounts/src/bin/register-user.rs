//! The Lambda function `register-user`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::register_user::function())
}
