//! The Lambda function `create-invoice`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(billing::create_invoice::function())
}
