//! The Lambda function `get-recommendations`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(insights::get_recommendations::function())
}
