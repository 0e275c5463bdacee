package dev.waxwing.agent.command;

/** The version of this agent. */
final class AgentVersion {

    private AgentVersion() {}

    /** As the jar states it. */
    static String text() {
        String version = AgentVersion.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
