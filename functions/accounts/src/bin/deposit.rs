//! The Lambda function `deposit`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(accounts::deposit::function())
}
