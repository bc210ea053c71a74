//! The Lambda function `award-loyalty-points`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(accounts::award_loyalty_points::function())
}
