// Which address shows which view, and who may see it. Every view comes with the first load: on a
// line that fails for a moment, a view fetched on the way into the hearing would be a locked door.

import { createRouter, createWebHistory } from 'vue-router'
import type { StaffKind } from './protocol'
import { askWho, homeOf, who } from './who'
import ArchiveView from './views/ArchiveView.vue'
import AuditView from './views/AuditView.vue'
import CalendarView from './views/CalendarView.vue'
import CodesView from './views/CodesView.vue'
import DeskView from './views/DeskView.vue'
import DocketView from './views/DocketView.vue'
import HearingView from './views/HearingView.vue'
import HomeView from './views/HomeView.vue'
import JoinView from './views/JoinView.vue'
import LostView from './views/LostView.vue'
import MediationsView from './views/MediationsView.vue'
import OpsView from './views/OpsView.vue'
import MyView from './views/MyView.vue'
import GlossaryView from './views/GlossaryView.vue'
import PlacesView from './views/PlacesView.vue'
import PlayerView from './views/PlayerView.vue'
import RecordView from './views/RecordView.vue'
import RetentionView from './views/RetentionView.vue'
import SessionView from './views/SessionView.vue'
import SignInView from './views/SignInView.vue'
import StatisticsView from './views/StatisticsView.vue'
import StationView from './views/StationView.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Staff accounts that may see the view; everybody when absent. */
    staff?: StaffKind[]
  }
}

const COURT: StaffKind[] = ['judge', 'clerk', 'mediator']
const DOCKET: StaffKind[] = [...COURT, 'admin']

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: HomeView },
    { path: '/join', component: JoinView },
    { path: '/my', component: MyView },
    { path: '/sign-in', component: SignInView },
    { path: '/station', component: StationView },
    { path: '/desk', component: DeskView, meta: { staff: ['judge', 'clerk', 'admin'] } },
    { path: '/docket', component: DocketView, meta: { staff: COURT } },
    { path: '/calendar', component: CalendarView, meta: { staff: DOCKET } },
    { path: '/session/:id(new|\\d+)', component: SessionView, meta: { staff: DOCKET } },
    { path: '/session/:id(\\d+)/codes', component: CodesView, meta: { staff: DOCKET } },
    { path: '/mediations', component: MediationsView, meta: { staff: DOCKET } },
    { path: '/statistics', component: StatisticsView, meta: { staff: DOCKET } },
    { path: '/glossary', component: GlossaryView, meta: { staff: ['admin'] } },
    { path: '/places', component: PlacesView, meta: { staff: ['admin'] } },
    { path: '/hearing/:id(\\d+)', component: HearingView },
    { path: '/archive', component: ArchiveView, meta: { staff: COURT } },
    { path: '/archive/:id(\\d+)', component: PlayerView, meta: { staff: COURT } },
    { path: '/view', component: RecordView },
    { path: '/retention', component: RetentionView, meta: { staff: ['admin'] } },
    { path: '/audit', component: AuditView, meta: { staff: ['audit'] } },
    { path: '/ops', component: OpsView, meta: { staff: ['ops'] } },
    { path: '/:rest(.*)', component: LostView },
  ],
})

// The server refuses what a person may not see; this only leads people to the right door.
router.beforeEach(async (to) => {
  if (!to.meta.staff) return true
  const me = who.value ?? (await askWho().catch(() => undefined))
  if (me?.kind === 'staff' && to.meta.staff.includes(me.staff)) return true
  if (me?.kind === 'staff') return homeOf(me.staff)
  return { path: '/sign-in', query: { to: to.fullPath } }
})
