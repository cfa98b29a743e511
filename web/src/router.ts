// Which address shows which view, and who may see it.

import { createRouter, createWebHistory } from 'vue-router'
import type { StaffKind } from './protocol'
import { askWho, homeOf, who } from './who'

declare module 'vue-router' {
  interface RouteMeta {
    /** Staff accounts that may see the view; everybody when absent. */
    staff?: StaffKind[]
  }
}

const COURT: StaffKind[] = ['judge', 'clerk']

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: () => import('./views/HomeView.vue') },
    { path: '/join', component: () => import('./views/JoinView.vue') },
    { path: '/sign-in', component: () => import('./views/SignInView.vue') },
    { path: '/docket', component: () => import('./views/DocketView.vue'), meta: { staff: COURT } },
    { path: '/hearing/:id(\\d+)', component: () => import('./views/HearingView.vue') },
    { path: '/archive', component: () => import('./views/ArchiveView.vue'), meta: { staff: COURT } },
    { path: '/archive/:id(\\d+)', component: () => import('./views/PlayerView.vue'), meta: { staff: COURT } },
    { path: '/ops', component: () => import('./views/OpsView.vue'), meta: { staff: ['ops'] } },
    { path: '/:rest(.*)', component: () => import('./views/LostView.vue') },
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
