//! The Lambda function `create-shipment`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(shipping::create_shipment::function())
}
