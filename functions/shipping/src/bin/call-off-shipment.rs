//! The Lambda function `call-off-shipment`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(shipping::call_off_shipment::function())
}
