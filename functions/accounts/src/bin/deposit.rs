//! The Lambda function `deposit`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(accounts::deposit::function())
}
