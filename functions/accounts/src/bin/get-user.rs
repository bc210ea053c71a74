//! The Lambda function `get-user`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::get_user::function())
}
