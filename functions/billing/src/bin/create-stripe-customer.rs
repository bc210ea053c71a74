//! The Lambda function `create-stripe-customer`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(billing::create_stripe_customer::function())
}
