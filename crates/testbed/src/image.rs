//! Something that is pushed like an image, for processes whose images nobody runs.

/// Commands of a shell that leave `dist/image.tar`, as `docker save` would: one layer, and what it says.
pub const SAVE_IMAGE: &str = concat!(
    "mkdir -p dist image && printf layer > image/layer.tar\n",
    "printf '{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:%s\"]}}' ",
    "$(sha256sum image/layer.tar | cut -c 1-64) > image/config.json\n",
    "printf '[{\"Config\":\"config.json\",\"Layers\":[\"layer.tar\"]}]' > image/manifest.json\n",
    "tar -cf dist/image.tar -C image config.json layer.tar manifest.json\n",
);
