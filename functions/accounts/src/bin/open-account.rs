//! The Lambda function `open-account`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::open_account::function())
}
