//! The Lambda function `rename-user`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::rename_user::function())
}
