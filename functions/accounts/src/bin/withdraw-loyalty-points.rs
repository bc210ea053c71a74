//! The Lambda function `withdraw-loyalty-points`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(accounts::withdraw_loyalty_points::function())
}
