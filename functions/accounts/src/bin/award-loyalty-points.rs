//! The Lambda function `award-loyalty-points`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(accounts::award_loyalty_points::function())
}
