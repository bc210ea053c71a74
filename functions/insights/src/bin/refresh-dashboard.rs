//! The Lambda function `refresh-dashboard`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(insights::refresh_dashboard::function())
}
