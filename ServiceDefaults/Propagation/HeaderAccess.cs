namespace AiGateway.ServiceDefaults;

/// <summary>Reads one header of a carrier, whatever the host's header type is. Several values are given joined by a comma.</summary>
/// <param name="carrier">The headers.</param>
/// <param name="name">Lower-case name; header names have no case, and the getter must treat them so.</param>
/// <returns>Null when there is none.</returns>
public delegate string? HeaderGetter<TCarrier>(TCarrier carrier, string name);

/// <summary>Writes one header of a carrier, replacing what was there.</summary>
/// <param name="carrier">The headers.</param>
/// <param name="name">Lower-case name.</param>
/// <param name="value">The value.</param>
public delegate void HeaderSetter<TCarrier>(TCarrier carrier, string name, string value);
