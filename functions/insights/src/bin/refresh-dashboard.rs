//! The Lambda function `refresh-dashboard`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(insights::refresh_dashboard::function())
}
