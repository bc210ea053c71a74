//! The Lambda function `create-stripe-customer`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(billing::create_stripe_customer::function())
}
