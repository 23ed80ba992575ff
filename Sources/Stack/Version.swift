/// The version of nestbox.
public enum Version {
    /// The version as people write it.
    public static let text = "0.1.0"
}
