//! The Lambda function `track-analytics`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(insights::track_analytics::function())
}
