//! The Lambda function `get-dashboard`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(insights::get_dashboard::function())
}
