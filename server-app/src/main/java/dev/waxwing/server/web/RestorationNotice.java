package dev.waxwing.server.web;

import dev.waxwing.server.backup.Restorations;
import dev.waxwing.server.backup.Restorations.Restoration;
import java.util.List;
import org.springframework.stereotype.Component;

/** Tells pages whether this server went back to a backup and nobody has said that what that undid was done again. */
@Component("restorationNotice")
public class RestorationNotice {

    private final Restorations restorations;

    RestorationNotice(Restorations restorations) {
        this.restorations = restorations;
    }

    /** What is to be confirmed, the latest first. */
    public List<Restoration> unconfirmed() {
        return restorations.unconfirmed();
    }
}
