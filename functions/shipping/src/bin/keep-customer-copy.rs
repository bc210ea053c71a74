//! The Lambda function `keep-customer-copy`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(shipping::keep_customer_copy::function())
}
