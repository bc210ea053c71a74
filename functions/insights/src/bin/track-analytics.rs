//! The Lambda function `track-analytics`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(insights::track_analytics::function())
}
