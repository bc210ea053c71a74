//! The Lambda function `rename-user`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::rename_user::function())
}
