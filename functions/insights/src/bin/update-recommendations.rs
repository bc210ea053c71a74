//! The Lambda function `update-recommendations`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(insights::update_recommendations::function())
}
