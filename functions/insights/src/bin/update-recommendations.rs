//! The Lambda function `update-recommendations`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(insights::update_recommendations::function())
}
