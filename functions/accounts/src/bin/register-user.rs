//! The Lambda function `register-user`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::register_user::function())
}
