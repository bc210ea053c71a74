//! The Lambda function `get-user`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::get_user::function())
}
