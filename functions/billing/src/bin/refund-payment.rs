//! The Lambda function `refund-payment`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(billing::refund_payment::function())
}
