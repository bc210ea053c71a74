//! The Lambda function `keep-customer-copy`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(shipping::keep_customer_copy::function())
}
