//! The Lambda function `refund-payment`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(billing::refund_payment::function())
}
