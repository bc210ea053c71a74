//! The Lambda function `withdraw-loyalty-points`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(accounts::withdraw_loyalty_points::function())
}
