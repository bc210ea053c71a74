//! The Lambda function `get-recommendations`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::endpoint(insights::get_recommendations::function())
}
