use deskbell_engine::Engine;

pub struct Demo {}

impl Demo {
    pub async fn start(_engine: &Engine) -> Result<Self, String> {
        Ok(Self {})
    }

    pub async fn stop(self) {}
}
