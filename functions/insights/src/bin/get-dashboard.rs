//! The Lambda function `get-dashboard`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(insights::get_dashboard::function())
}
