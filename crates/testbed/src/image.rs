//! Something that is pushed like an image, for processes whose images nobody runs.

/// Commands of a shell that leave `dist/image.tar`, as `docker save` would: one layer, and what it says.
pub const SAVE_IMAGE: &str = concat!(
    "mkdir -p dist image && printf layer > image/layer.tar && printf '{}' > image/config.json\n",
    "printf '[{\"Config\":\"config.json\",\"Layers\":[\"layer.tar\"]}]' > image/manifest.json\n",
    "tar -cf dist/image.tar -C image config.json layer.tar manifest.json\n",
);
