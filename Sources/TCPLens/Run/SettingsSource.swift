import Resource

/// Where the settings of `tcplens run` come from; asked again on `SIGHUP`.
struct SettingsSource: Sendable {
    /// What the command line says.
    var options: RunSettings.Options
    /// Where the environment is, and facts about the host.
    var machine: Machine

    /// Reads the settings as they are now.
    ///
    /// - Throws: ``Failure`` when they can't be followed.
    func settings() throws(Failure) -> RunSettings {
        var settings = try RunSettings(environmentOf: machine)
        try settings.apply(options)
        return settings
    }
}
